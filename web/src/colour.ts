/** The colour and the letters that stand for a person, the same in every window. */

/** Hues of the colour words that a made-up name may begin with: Teal Otter should be teal. */
const NAMED = new Map<string, number>(
  Object.entries({
    amber: 70, apricot: 58, azure: 245, blue: 255, bronze: 62, cherry: 15, cobalt: 262, copper: 48, coral: 32, crimson: 20,
    cyan: 205, emerald: 158, fuchsia: 325, gold: 85, golden: 85, green: 150, honey: 78, indigo: 278, jade: 165, lavender: 300,
    lilac: 310, lime: 125, magenta: 335, mint: 172, olive: 112, orange: 55, pink: 355, plum: 330, purple: 305, red: 25,
    rose: 8, ruby: 18, rust: 40, saffron: 75, sapphire: 260, scarlet: 28, sienna: 45, teal: 190, turquoise: 195, violet: 295,
    yellow: 95,
  }),
);

/** Degrees on the OKLCH wheel. */
export function hueOf(user: string, name: string): number {
  const word = name.split(" ", 1)[0]?.toLowerCase() ?? "";
  return NAMED.get(word) ?? (hash(user) % 24) * 15;
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters.map((word) => [...(word ?? "?")][0]!.toUpperCase()).join("");
}

function hash(text: string): number {
  let sum = 2166136261;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 16777619);
  return sum >>> 0;
}
