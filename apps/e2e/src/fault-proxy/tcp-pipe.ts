import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionPlan } from './connection-plan.ts'

type Fate = Exclude<ConnectionPlan, { kind: 'answer' }>
type Direction = 'up' | 'down'
type Pieces = AsyncIterable<Buffer>

/** Two sockets as one connection. */
export interface Carried {
  /** What the client said first. */
  head(): string
  /** From now on nothing arrives, closes included, in either direction; in the end, RST. */
  vanish(holdMs: number): void
}

/** libuv tells a reader of a clean end when the last bytes and the reset reach it in one poll. */
const APART_MS = 12
const HEAD_CHARS = 2000

/** Carries bytes and closes both ways between two connected sockets, as far as their fate lets it. */
export function carry(client: Socket, target: Socket, fate: Fate): Carried {
  const over = new AbortController()
  const { signal } = over
  let left = 'afterBytes' in fate ? fate.afterBytes : Number.POSITIVE_INFINITY
  let head = ''
  let struck = false
  let deaf: readonly Direction[] = []
  /** There while some direction leads nowhere; resolves when the connection is over. */
  let hole: Promise<void> | undefined
  const holeIn = (direction: Direction) => (deaf.includes(direction) ? hole : undefined)

  async function resetAfter(ms: number) {
    try {
      await sleep(ms, undefined, { signal })
    } catch {
      // The connection was over before that.
      return
    }
    for (const socket of [client, target]) reset(socket)
  }

  function strike() {
    if (struck) return
    struck = true
    if (fate.kind === 'half-open') {
      deaf = fate.deaf === 'both' ? ['up', 'down'] : [fate.deaf]
      hole = resetAfter(fate.holdMs)
    } else if (fate.kind === 'reset') void resetAfter(APART_MS)
    else for (const socket of [client, target]) socket.destroySoon()
  }

  async function* paced(pieces: Pieces): Pieces {
    if (fate.kind === 'trickle') yield* byteByByte(pieces, fate.bytes)
    else if (fate.kind !== 'delay') yield* pieces
    else {
      for await (const piece of pieces) {
        await sleep(fate.ms, undefined, { signal })
        yield piece
      }
    }
  }

  async function* up(pieces: Pieces): Pieces {
    for await (const piece of paced(pieces)) {
      if (head.length < HEAD_CHARS) head += piece.toString('latin1', 0, HEAD_CHARS)
      if (!holeIn('up')) yield piece
    }
  }

  async function* down(pieces: Pieces): Pieces {
    for await (const piece of paced(pieces)) {
      if (left > 0 && !holeIn('down')) yield piece.subarray(0, left)
      const rest = piece.subarray(Math.max(0, left))
      left -= piece.length
      if (left > 0) continue
      strike()
      if (hole && !holeIn('down')) yield rest
    }
  }

  const ways = [
    { direction: 'up', back: 'down', from: client, to: target, through: up },
    { direction: 'down', back: 'up', from: target, to: client, through: down },
  ] as const
  for (const { direction, back, from, to, through } of ways) {
    void oneWay({ from, to, through, hole: () => holeIn(direction), holeBack: () => holeIn(back) })
  }
  let open = 2
  for (const socket of [client, target]) {
    socket.once('close', () => {
      open -= 1
      if (open === 0) over.abort()
    })
  }
  return {
    head: () => head,
    vanish(holdMs) {
      deaf = ['up', 'down']
      hole = resetAfter(holdMs)
    },
  }
}

/**
 * RST. Node's own reset waits until everything is written, which with a peer that does not read is never. And
 * it sends FIN first: libuv refuses to reset what is shutting down, and Node then never closes it.
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

interface Way {
  readonly from: Socket
  readonly to: Socket
  readonly through: (pieces: Pieces) => Pieces
  readonly hole: () => Promise<void> | undefined
  readonly holeBack: () => Promise<void> | undefined
}

/** Ends when there is nothing more to carry. A close is news too, and falls into a hole like any byte. */
async function oneWay({ from, to, through, hole, holeBack }: Way): Promise<void> {
  try {
    for await (const piece of through(from.iterator({ destroyOnReturn: false }))) {
      if (!to.destroyed) await write(to, piece)
      else if (!holeBack()) break
    }
    await hole()
    to.end()
    if (to.destroyed && !holeBack()) from.destroy()
  } catch {
    await hole()
    reset(to)
  }
}

/** Resolves when there is room for more, or nobody to write to. */
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
