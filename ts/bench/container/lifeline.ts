/**
 * Tells a container that memtop is no more, however that has ended: the kernel closes its
 * connections then. The socket lies in the folder that both sides have.
 */
import { closeSync, openSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

const socketName = 'alive';

/** memtop's end, for as long as it is there. */
export class Lifeline {
  readonly #folder: number;
  readonly #server: Server;
  readonly #held = new Set<Socket>();

  private constructor(folder: number) {
    this.#folder = folder;
    this.#server = createServer((socket) => {
      this.#held.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#held.delete(socket));
    });
  }

  /** Rejects where the file system has no sockets. */
  static async open(folder: string): Promise<Lifeline> {
    const lifeline = new Lifeline(openSync(folder, 'r'));
    const server = lifeline.#server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(socketIn(lifeline.#folder), resolve);
      });
    } catch (error) {
      closeSync(lifeline.#folder);
      throw error;
    }
    return lifeline;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#held) socket.destroy();
    this.#server.close();
    closeSync(this.#folder);
  }
}

/** The container's end: it is closed when memtop is no more. It keeps nobody from ending. */
export async function heldOn(folder: string): Promise<Socket> {
  const fd = openSync(folder, 'r');
  try {
    return await new Promise((resolve, reject) => {
      const socket = connect(socketIn(fd), () => resolve(socket.unref()));
      socket.once('error', reject);
      socket.resume();
    });
  } finally {
    closeSync(fd);
  }
}

/** Whether it was memtop's, and that is no more. */
export function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
}

/** The path of a socket has 107 bytes at the most, whatever that of its folder has: see unix(7). */
function socketIn(folder: number): string {
  return `/proc/self/fd/${folder}/${socketName}`;
}
