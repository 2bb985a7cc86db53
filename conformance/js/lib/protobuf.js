// Just enough of the Protobuf encoding to write commands by hand.

/** One field: a number below 128, or bytes or text with their length before them. */
export function field(number, value) {
  if (typeof value === 'number') return Buffer.from([number << 3, value]);
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

/** A message with its length before it, as it travels in a frame. */
export function delimited(...fields) {
  const message = Buffer.concat(fields);
  return Buffer.concat([varint(message.length), message]);
}

/** The connect command with id 1. */
export const connectCommand = (token) => delimited(field(1, 1), field(4, field(1, token)));

function varint(value) {
  const bytes = [];
  for (; value > 127; value >>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
