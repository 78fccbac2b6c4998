import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Histogram } from '../histogram.ts'
import { announce } from '../peers/announce.ts'
import { answerCalls } from '../processes/rpc.ts'
import { AnswerSender } from './answer-sender.ts'
import { type AnswerRecord, Ledger } from './ledger.ts'
import { paceIn } from './pace.ts'
import type { TokensPerDelta } from './wire.ts'

// The Messages API for all peers: a process of its own, cheaper than the simulator, with the same bytes.

const tokensPerDelta: TokensPerDelta = process.env['TOKENS_PER_DELTA'] === '1' ? 1 : 2
const ledger = new Ledger()
let lateness = new Histogram()

const operations = {
  records: (group: string): readonly AnswerRecord[] => ledger.group(group),
  /** How late, in ms, the timers were since the last call. */
  lateness() {
    const { p99 } = lateness.summary()
    lateness = new Histogram()
    return p99
  },
}
export type Upstream = typeof operations

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
  const pace = paceIn(body)
  if (pace === undefined || request.url?.startsWith('/v1/messages') !== true) {
    response.writeHead(400).end()
    return
  }
  const record = ledger.open(pace.group)
  request.socket.setNoDelay(true)
  response.once('close', () => ledger.close(record))
  new AnswerSender({
    response,
    socket: request.socket,
    pace,
    tokensPerDelta,
    record,
    onLateness: (ms) => lateness.add(ms),
  }).start()
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.keepAliveTimeout = 120_000
answerCalls(operations)
announce(server)
