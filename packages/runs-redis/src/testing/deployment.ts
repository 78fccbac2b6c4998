import { createClient } from '@redis/client'
import { mergeEvents } from '@sluice/events'
import { readLog } from '../read-log.ts'
import { FRAME_MS, Instance } from './instance.ts'
import { Progress } from './progress.ts'
import { SharedRecords } from './shared-records.ts'
import { SpawnedInstance } from './spawn-instance.ts'
import { type RedisServer, startServer } from './start-redis.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

/** A Redis, records, and the instances that share them. */
export class Deployment {
  readonly redis: RedisServer
  readonly records = new SharedRecords()
  readonly #progress = new Progress()
  readonly #instances: Instance[] = []
  readonly #spawned: SpawnedInstance[] = []
  readonly #proxies: TcpProxy[] = []

  constructor(redis: RedisServer) {
    this.redis = redis
  }

  static async start(...server: Parameters<typeof startServer>): Promise<Deployment> {
    return new Deployment(await startServer(...server))
  }

  /** An instance in this process. It is connected, unless Redis is away. */
  instance(name: string, port = this.redis.port): Instance {
    const instance = new Instance(this.#options(name, port))
    this.#instances.push(instance)
    return instance
  }

  /** An instance in this process that is connected. */
  async connected(name: string, port?: number): Promise<Instance> {
    const instance = this.instance(name, port)
    await this.until(() => instance.store.isUp)
    return instance
  }

  /** An instance in a process of its own that is connected. */
  async spawn(name: string): Promise<SpawnedInstance> {
    const instance = new SpawnedInstance(this.#options(name, this.redis.port))
    this.#spawned.push(instance)
    await this.until(() => instance.state?.ups === 1)
    return instance
  }

  async proxy(): Promise<TcpProxy> {
    const proxy = await startTcpProxy(this.redis.port, this.#progress.changed)
    this.#proxies.push(proxy)
    return proxy
  }

  until(condition: () => boolean): Promise<void> {
    return this.#progress.until(condition)
  }

  /** Sends Redis a command, on a connection of its own. */
  async ask(...command: readonly string[]): Promise<unknown> {
    const client = createClient({ url: this.redis.url, socket: { reconnectStrategy: false } })
    client.on('error', () => {})
    await client.connect()
    try {
      return await client.sendCommand([...command])
    } finally {
      client.destroy()
    }
  }

  /** The text that Redis has of a run. */
  async textInRedis(runId: string): Promise<string> {
    return textOf(await readLog({ send: (...command) => this.ask(...command) }, runId, 0))
  }

  /** The text that is recorded of a run. */
  textRecorded(runId: string): string {
    return textOf(this.records.eventsOf(runId))
  }

  /**
   * Closes everything.
   *
   * @returns what was left behind: exit codes of processes that crashed, and timers, but for those of the last frame.
   */
  async close(): Promise<{ exitCodes: unknown[]; timers: number }> {
    await Promise.all(this.#instances.map((instance) => instance.close()))
    const codes = await Promise.all(this.#spawned.map((instance) => instance.close()))
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
    await this.redis.close()
    return {
      // A process that was killed has none.
      exitCodes: codes.filter((code) => code !== 0 && code !== null),
      timers: this.#instances.reduce((sum, { clock }) => sum + clock.pendingAfter(FRAME_MS), 0),
    }
  }

  #options(name: string, port: number) {
    return {
      name,
      url: `redis://127.0.0.1:${port}`,
      records: this.records.for(name),
      onChange: this.#progress.changed,
    }
  }
}

function textOf(events: Parameters<typeof mergeEvents>[0]): string {
  return mergeEvents(events)
    .map((event) => (event.type === 'text' ? event.text : ''))
    .join('')
}
