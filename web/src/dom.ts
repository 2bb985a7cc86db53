/** The few words that the views speak to the page with. Text of people only ever goes in as text. */

/** The element with that id, which the page is known to hold. */
export function el<T extends Element = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as unknown as T;
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, kind: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = kind;
  if (text !== "") made.textContent = text;
  return made;
}

/** Copies the content of a `<template>`; its root element. */
export function stamp(id: string): HTMLElement {
  return el<HTMLTemplateElement>(id).content.firstElementChild!.cloneNode(true) as HTMLElement;
}

export function tint(element: HTMLElement, hue: number): void {
  element.style.setProperty("--hue", String(hue));
}

export const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
export const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Draws in the element's own pixels, whatever its size and the screen's density. Answers its size in CSS pixels. */
export function fit(canvas: HTMLCanvasElement, brush: CanvasRenderingContext2D): { width: number; height: number } {
  const { clientWidth: width, clientHeight: height } = canvas;
  const density = Math.min(window.devicePixelRatio, 3);
  if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
  }
  brush.setTransform(density, 0, 0, density, 0, 0);
  brush.clearRect(0, 0, width, height);
  return { width, height };
}
