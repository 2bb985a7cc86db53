/** Every bound of the page, by name. Times are milliseconds. */
export const LIMITS = {
  /** UTF-16 units of one chat message; longer ones of other clients are clipped. */
  chatChars: 2000,
  /** The composer starts to count down when fewer units than this are left. */
  chatWarn: 200,
  /** Messages asked for when the page opens. */
  historyPage: 100,
  /** Messages kept and rendered; the oldest go first. */
  timeline: 300,
  /** Own messages waiting for the server; more are refused in the composer. */
  unsent: 20,
  /** A message is sent again this many times when the line breaks under it. */
  sayTries: 5,
  /** Connections in the presence list. */
  clients: 500,
  /** Avatars drawn before the rest becomes "+N". */
  avatars: 12,
  /** Names shown as typing before the rest becomes a number. */
  typingNames: 3,
  /** Shortest time between two pointer signals: 20 a second. */
  pointerEvery: 50,
  /** Points in one pointer signal. */
  pointerPoints: 16,
  /** Points of one visitor that wait to be drawn. */
  pointerQueue: 64,
  /** Cursors drawn at a time. */
  pointers: 50,
  /** A cursor that said nothing for this long fades away. */
  pointerIdle: 10_000,
  /** Pieces of line on the surface, and how long each stays. */
  inkSegments: 4000,
  inkLife: 3000,
  /** Ripples at a time. */
  ripples: 24,
  /** "I am typing" is repeated this often, and believed for this long. */
  typingEvery: 2000,
  typingFor: 4500,
  /** A signal of our own goes out at least this often, to time the round trip. */
  echoEvery: 2000,
  /** Own signals whose return we wait for, and for how long. */
  echoes: 64,
  echoFor: 10_000,
  /** Round trips kept for the curve. */
  roundTrips: 40,
  /** Dots on the wire at a time. */
  packets: 48,
  /** The presence list is compared with the server's this often: joins and leaves are sent at most once. */
  presenceEvery: 25_000,
  /** How long the button cuts the line. */
  cutFor: 3000,
  /** History is asked for again this many times when it fails. */
  historyTries: 4,
  /** Longest wait of the client between two attempts to connect. */
  reconnectMax: 2500,
  /** A refused token is replaced by a fresh one at most this often. */
  renewEvery: 30_000,
  /** How long the latest join or leave is told. */
  newsFor: 6000,
  /** UTF-16 units of a peer's id in the call room. */
  peerIdChars: 200,
  /** Candidates kept while a call rings. */
  earlyCandidates: 64,
  /** Peers that can be called from the page at a time. */
  callable: 6,
  /** Lines of the signal door's messages that are shown, the oldest go first; and messages in one line. */
  tape: 200,
  tapeRun: 50,
  /** UTF-16 units of one message that are shown when it is unfolded. */
  tapeChars: 4000,
  /** UTF-16 units of one message between the windows. */
  callMessageChars: 4000,
  /** Bytes that may wait in the data channel before signals are dropped. */
  callBuffer: 65_536,
  /** How often a call looks at the path it takes. */
  pathEvery: 2000,
  /** Longest wait for the session of this visitor. */
  sessionTimeout: 8000,
} as const;
