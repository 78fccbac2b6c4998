import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionPlan } from './connection-plan.ts'

type Fault = Exclude<ConnectionPlan, { kind: 'answer' }>
type Direction = 'up' | 'down'
type Pieces = AsyncIterable<Buffer>

/** Two sockets joined into one connection. */
export interface TcpPipe {
  /** The first bytes that the client sent, as latin1. */
  head(): string
  /** From now on nothing arrives in either direction, closes included; after `holdMs` both sides get RST. */
  vanish(holdMs: number): void
}

/** Keeps the last bytes and the reset apart, in ms: in one poll, libuv would report a clean end. */
const RESET_DELAY_MS = 12
const HEAD_CHARS = 2000

/** Copies bytes and closes both ways between two connected sockets, with the given fault. */
export function pipeWithFault(client: Socket, target: Socket, fault: Fault): TcpPipe {
  const closed = new AbortController()
  const { signal } = closed
  let bytesUntilFault = 'afterBytes' in fault ? fault.afterBytes : Number.POSITIVE_INFINITY
  let head = ''
  let triggered = false
  let blocked: readonly Direction[] = []
  /** Set while a direction is blocked; resolves when the connection is closed. */
  let blackHole: Promise<void> | undefined
  const blackHoleOf = (direction: Direction) => (blocked.includes(direction) ? blackHole : undefined)

  async function resetAfter(ms: number) {
    try {
      await sleep(ms, undefined, { signal })
    } catch {
      // The connection closed before.
      return
    }
    for (const socket of [client, target]) reset(socket)
  }

  function trigger() {
    if (triggered) return
    triggered = true
    if (fault.kind === 'half-open') {
      blocked = fault.blocked === 'both' ? ['up', 'down'] : [fault.blocked]
      blackHole = resetAfter(fault.holdMs)
    } else if (fault.kind === 'reset') void resetAfter(RESET_DELAY_MS)
    else for (const socket of [client, target]) socket.destroySoon()
  }

  async function* withDelays(pieces: Pieces): Pieces {
    if (fault.kind === 'trickle') yield* byteByByte(pieces, fault.bytes)
    else if (fault.kind !== 'delay') yield* pieces
    else {
      for await (const piece of pieces) {
        await sleep(fault.ms, undefined, { signal })
        yield piece
      }
    }
  }

  async function* up(pieces: Pieces): Pieces {
    for await (const piece of withDelays(pieces)) {
      if (head.length < HEAD_CHARS) head += piece.toString('latin1', 0, HEAD_CHARS)
      if (!blackHoleOf('up')) yield piece
    }
  }

  async function* down(pieces: Pieces): Pieces {
    for await (const piece of withDelays(pieces)) {
      if (bytesUntilFault > 0 && !blackHoleOf('down')) yield piece.subarray(0, bytesUntilFault)
      const rest = piece.subarray(Math.max(0, bytesUntilFault))
      bytesUntilFault -= piece.length
      if (bytesUntilFault > 0) continue
      trigger()
      if (blackHole && !blackHoleOf('down')) yield rest
    }
  }

  void copy({
    from: client,
    to: target,
    through: up,
    blackHole: () => blackHoleOf('up'),
    blackHoleBack: () => blackHoleOf('down'),
  })
  void copy({
    from: target,
    to: client,
    through: down,
    blackHole: () => blackHoleOf('down'),
    blackHoleBack: () => blackHoleOf('up'),
  })
  let open = 2
  for (const socket of [client, target]) {
    socket.once('close', () => {
      open -= 1
      if (open === 0) closed.abort()
    })
  }
  return {
    head: () => head,
    vanish(holdMs) {
      blocked = ['up', 'down']
      blackHole = resetAfter(holdMs)
    },
  }
}

/**
 * Sends RST. Node's own reset waits until everything is written, which never happens with a peer that does not
 * read. And it sends FIN first: libuv refuses to reset a socket that is shutting down, and Node then never closes it.
 */
export function reset(socket: Socket): void {
  if (socket.writableLength > 0 || socket.writableEnded) {
    socket.destroy()
    return
  }
  // oxlint-disable-next-line eslint/no-underscore-dangle -- streams have no other name for it
  socket._final = (done) => done()
  socket.resetAndDestroy()
}

interface CopyOptions {
  readonly from: Socket
  readonly to: Socket
  readonly through: (pieces: Pieces) => Pieces
  readonly blackHole: () => Promise<void> | undefined
  readonly blackHoleBack: () => Promise<void> | undefined
}

/** Copies until the end. In a black hole a close is lost like any byte. */
async function copy({ from, to, through, blackHole, blackHoleBack }: CopyOptions): Promise<void> {
  try {
    for await (const piece of through(from.iterator({ destroyOnReturn: false }))) {
      if (!to.destroyed) await write(to, piece)
      else if (!blackHoleBack()) break
    }
    await blackHole()
    to.end()
    if (to.destroyed && !blackHoleBack()) from.destroy()
  } catch {
    await blackHole()
    reset(to)
  }
}

/** Resolves when the socket takes more, or is closed. */
async function write(to: Socket, piece: Buffer): Promise<void> {
  if (to.write(piece)) return
  await new Promise<void>((resolve) => {
    const done = () => {
      to.off('drain', done).off('close', done)
      resolve()
    }
    to.once('drain', done).once('close', done)
  })
}

async function* byteByByte(pieces: Pieces, count: number): Pieces {
  let left = count
  for await (const piece of pieces) {
    for (const byte of piece.subarray(0, left)) yield Buffer.of(byte)
    if (piece.length > left) yield piece.subarray(left)
    left = Math.max(0, left - piece.length)
  }
}
