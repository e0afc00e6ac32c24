/**
 * Lets a container notice the end of memtop, however it ends: the kernel closes its connections.
 * The socket is in the shared folder.
 */
import { closeSync, openSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

const socketName = 'alive';

/** memtop's side, open as long as memtop runs. */
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

/** The container's side, closed at the end of memtop. It does not keep the process alive. */
export async function connectLifeline(folder: string): Promise<Socket> {
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

/** Whether the socket exists but memtop is gone. */
export function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
}

/** A short path: that of a socket has 107 bytes at most, see unix(7). */
function socketIn(folder: number): string {
  return `/proc/self/fd/${folder}/${socketName}`;
}
