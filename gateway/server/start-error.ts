/** Why a server could not start, in words an operator can act on; the same for both servers. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';

/** The server cannot start as it was asked to. The message says what to change. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export function listenError(host: string, port: number, code: string): StartError {
  const where = `cannot listen on ${host}:${port}`;
  if (code === 'EADDRINUSE') {
    return new StartError(
      `${where}: port ${port} is in use by another process; choose another with --port`,
    );
  }
  if (code === 'EACCES') {
    return new StartError(`${where}: port ${port} needs privileges this process does not have`);
  }
  if (
    code === 'EADDRNOTAVAIL' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'EINVAL'
  ) {
    return new StartError(`${where}: ${host} is not an address of this machine`);
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    return new StartError(
      `${where}: this process has no free file descriptors; raise its limit (ulimit -n)`,
    );
  }
  return new StartError(`${where}: ${code}`);
}

/**
 * uWebSockets.js only says that listening failed. The same attempt by node:net says why.
 */
export function findListenError(host: string, port: number): Promise<StartError> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(listenError(host, port, error.code ?? error.message));
    });
    probe.listen({ host, port, exclusive: true }, () => {
      probe.close(() =>
        resolve(listenError(host, port, 'the attempt failed, a second one would not; try again')),
      );
    });
  });
}

export interface TlsPair {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/**
 * Read a key and its certificate and see that they belong together. Throws a StartError naming the
 * file.
 */
export function readTlsPair(files: {
  readonly keyFile: string;
  readonly certFile: string;
}): TlsPair {
  const key = readNamed(files.keyFile, 'TLS key');
  const cert = readNamed(files.certFile, 'TLS certificate');
  try {
    createSecureContext({ key, cert });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `TLS key ${files.keyFile} and certificate ${files.certFile} do not work together: ${why}`,
    );
  }
  return { key, cert };
}

function readNamed(file: string, what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`${what} cannot be read: ${why}`);
  }
}
