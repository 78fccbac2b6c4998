import { createClient } from '@redis/client'
import { z } from 'zod'

/** Calls of each command, and the processor time of Redis in µs, since it was started. */
export interface RedisTotals {
  readonly calls: Readonly<Record<string, number>>
  readonly cpuUs: number
}

/** What servers send. Redis also counts the commands that scripts call in it; those are not here. */
const SENT = ['evalsha', 'eval', 'xrange', 'publish', 'hget', 'hgetall', 'ping'] as const

/** Its state and its log. */
const KEYS_PER_RUN = 2

/** Reads what Redis says of itself. */
export class RedisMeter {
  readonly #client: ReturnType<typeof createClient>

  constructor(url: string) {
    this.#client = createClient({ url })
  }

  async connect(): Promise<void> {
    await this.#client.connect()
  }

  close(): void {
    this.#client.destroy()
  }

  async totals(): Promise<RedisTotals> {
    const info = z.string().parse(await this.#client.sendCommand(['INFO', 'cpu', 'commandstats']))
    const number = (pattern: RegExp) => Number(pattern.exec(info)?.[1] ?? 0)
    const calls = SENT.map(
      (name) => [name, number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm'))] as const,
    )
    const seconds = number(/^used_cpu_user:([\d.]+)/m) + number(/^used_cpu_sys:([\d.]+)/m)
    return { calls: Object.fromEntries(calls), cpuUs: seconds * 1e6 }
  }

  /** The runs that it has, and the bytes of both keys of each, with all that Redis needs for them. */
  async runs(): Promise<{ number: number; bytes: number }> {
    const keys = z.array(z.string()).parse(await this.#client.sendCommand(['KEYS', 'sluice:{*']))
    const sizes = await Promise.all(
      keys.map((key) => this.#client.sendCommand(['MEMORY', 'USAGE', key, 'SAMPLES', '0'])),
    )
    const bytes = sizes.reduce<number>((sum, size) => sum + Number(size), 0)
    return { number: keys.length / KEYS_PER_RUN, bytes }
  }

  /** Forgets all runs. */
  async clear(): Promise<void> {
    await this.#client.sendCommand(['FLUSHALL'])
  }
}
