// One peer in a process of its own with a real data channel. It is told what to do, and tells what happened, over the channel
// that node opens between a process and its child.

import wrtc from '@roamhq/wrtc';

import { Consumer } from './consumer.js';
import { FastClock } from './clock.js';
import { Normal } from './normal.js';
import { realConnections } from './rtc.js';

const HURRY = 20;

const tell = (event) => process.send(event);

function connections(settings) {
  const make = realConnections(wrtc.RTCPeerConnection, settings);
  return (told) => {
    const connection = make({
      ...told,
      candidate: (candidate) => {
        told.candidate(candidate);
        tell({ event: 'candidate', ...candidate });
      },
      gathered: () => tell({ event: 'gathered' }),
      opened: async (channel) => {
        told.opened(channel);
        tell({ event: 'open', label: channel.label, path: await connection.path() });
      },
      closed: () => {
        told.closed();
        tell({ event: 'gone' });
      },
      said: (text) => tell({ event: 'said', text }),
    });
    return connection;
  };
}

function client({ kind, version, url, room, id, consumerToken, ice }) {
  const common = { url, room, id, connection: connections(ice) };
  if (kind === 'consumer') return new Consumer({ ...common, getToken: async () => consumerToken });
  return new Normal({ ...common, version, clock: new FastClock(HURRY), listed: (peers) => tell({ event: 'listed', peers }) });
}

const ORDERS = {
  start(settings) {
    ORDERS.client = client(settings);
    if (settings.kind === 'consumer') ORDERS.client.call().catch((error) => tell({ event: 'refused', text: error.message }));
  },
  say({ to, text }) {
    ORDERS.client.mesh.connection(to).channel.send(text);
  },
};

process.on('message', ({ order, ...rest }) => ORDERS[order](rest));
process.on('disconnect', () => process.exit());
tell({ event: 'ready' });
