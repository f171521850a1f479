/** How long things may take on a connection, in ms of the wall: processes and sockets know no other time. */
export interface ConnectTimes {
  /** Between a worker's heartbeats; one that has said nothing for five of them is gone. */
  heartbeat: number;
  /** For a worker to say who it is. */
  hello: number;
  /** For a worker to take a request, and from one extension of a request's lease to the next. */
  lease: number;
  /** Between a worker's extensions. */
  extendLease: number;
  /** For a worker whose socket broke to come back with its request, or its answer. */
  comeBack: number;
  /** For a request to wait for a worker, where none is connected. */
  noWorker: number;
}

const second = 1000;

/** The real server's, but for `extendLease` (30 s there) and `comeBack`: there, a lease runs out after two minutes. */
export const connectTimes: ConnectTimes = {
  heartbeat: 10 * second,
  hello: 5 * second,
  lease: 120 * second,
  extendLease: 5 * second,
  comeBack: 12 * second,
  noWorker: 10 * second,
};
