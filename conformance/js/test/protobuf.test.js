// The Protobuf protocol, byte for byte.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { connectCommand, delimited, field } from '../lib/protobuf.js';
import { startServer } from '../lib/server.js';
import { token } from '../lib/token.js';
import { wire } from '../lib/wire.js';

const server = await startServer();
after(() => server.stop());

const ANN = { sub: 'ann' };
const BAD_REQUEST = { code: 3501, reason: 'bad request' };

describe('the Protobuf protocol', () => {
  for (const [how, options] of Object.entries({
    'the subprotocol': { protocols: ['centrifuge-protobuf'] },
    'the query `format`': { query: '?format=protobuf' },
    'the query `cf_protocol`': { query: '?cf_protocol=protobuf' },
  })) {
    test(`is chosen by ${how}, and answers in binary frames`, async (t) => {
      const peer = await wire(t, server, options);
      assert.equal(peer.socket.protocol, options.protocols?.[0] ?? '');
      peer.raw(connectCommand(token(ANN)));
      const { bytes, binary } = await peer.frame();
      assert.equal(binary, true);
      // Length, id 1, then a connect result whose first field is the client id of 36 characters.
      assert.equal(bytes[0], bytes.length - 1);
      assert.equal(bytes.subarray(1, 4).toString('hex'), '08012a');
      assert.equal(bytes.subarray(5, 7).toString('hex'), '0a24');
      // At the end: ping 25 seconds, pong true.
      assert.equal(bytes.subarray(-4).toString('hex'), '38194001');
    });
  }

  test('answers an error with its code and message', async (t) => {
    const peer = await connectedInProtobuf(t);
    peer.raw(delimited(field(1, 3), field(5, field(1, 'nowhere:1'))));
    const { bytes } = await peer.frame();
    const message = Buffer.from('unknown channel').toString('hex');
    assert.equal(bytes.toString('hex'), `17080312130866120f${message}`);
  });

  test('takes several commands in one frame', async (t) => {
    const peer = await connectedInProtobuf(t);
    peer.raw(Buffer.concat([delimited(field(1, 2), field(5, field(1, 'a'))), delimited(field(1, 3), field(6, field(1, 'a')))]));
    let answers = Buffer.alloc(0);
    while (answers.length < 10) answers = Buffer.concat([answers, (await peer.frame()).bytes]);
    assert.equal(answers.toString('hex'), '04080232000408033a00');
  });

  for (const [what, frame] of Object.entries({
    'an empty frame': Buffer.alloc(0),
    'a message that ends too early': Buffer.from('0a0802', 'hex'),
    'bytes that are no message': Buffer.from('03ffffff', 'hex'),
    'text of the JSON protocol': '{"id":2,"subscribe":{"channel":"a"}}',
  })) {
    test(`closes the connection with 3501 on ${what}`, async (t) => {
      const peer = await connectedInProtobuf(t);
      peer.raw(frame);
      assert.deepEqual(await peer.close(), BAD_REQUEST);
    });
  }

  async function connectedInProtobuf(t) {
    const peer = await wire(t, server, { protocols: ['centrifuge-protobuf'] });
    peer.raw(connectCommand(token(ANN)));
    await peer.frame();
    return peer;
  }
});
