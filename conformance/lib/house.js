// Which program is tested, and the surroundings in which it is started.

import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Settings of whoever runs the tests, which must not reach a server. */
const SETTINGS = /^((CENTRIFUGO|VESTIBULE|SIGNAL|CONSUMER)_.*|RUST_LOG)$/;

/** The binary of VESTIBULE_BIN, or the debug build of this repository. */
export function binary() {
  return process.env.VESTIBULE_BIN
    ?? `${process.env.CARGO_TARGET_DIR ?? `${repository}target`}/debug/vestibule`;
}

/** The whole command that `variable` names, for a test of another server, or that verb of the house: `[program, ...args]`. */
export function command(variable, verb) {
  const given = process.env[variable]?.trim();
  return given ? given.split(/\s+/) : [binary(), verb];
}

/** This process's environment without anybody's settings, and with those `variables`. */
export function environment(variables = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
  return { ...Object.fromEntries(inherited), ...variables };
}
