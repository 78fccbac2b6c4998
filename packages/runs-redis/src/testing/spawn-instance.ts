import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { FromParent } from './instance-process.ts'
import type { InstanceOptions, InstanceState } from './instance.ts'

interface FromChild {
  readonly state?: InstanceState
  readonly call?: { readonly id: number; readonly method: string; readonly args: unknown[] }
}

/** An instance in a process of its own, which can die and freeze. */
export class SpawnedInstance {
  readonly name: string
  readonly #child: ChildProcess
  #state: InstanceState | undefined
  #exit: Promise<unknown[]>

  constructor({ name, url, records, onChange }: InstanceOptions) {
    this.name = name
    const script = join(import.meta.dirname, 'instance-process.ts')
    this.#child = spawn(process.execPath, ['--import', 'tsx', script, name, url], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    this.#exit = once(this.#child, 'exit')
    this.#child.on('message', async ({ state, call }: FromChild) => {
      if (state) this.#state = state
      onChange()
      if (!call) return
      const methods = records as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
      const value = await methods[call.method]?.(...call.args)
      this.#send({ answer: { id: call.id, value } })
    })
  }

  /** Undefined until something has happened to it. */
  get state(): InstanceState | undefined {
    return this.#state
  }

  start = (runId: string) => this.#order('start', runId)
  read = (runId: string) => this.#order('read', runId)
  finish = () => this.#order('finish')

  /** SIGSTOP. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    if (this.#hasExited) return
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  /** Closes it, and waits until its process ends by itself. @returns its exit code. */
  async close(): Promise<unknown> {
    this.thaw()
    if (!this.#hasExited) this.#order('close')
    const [code] = await this.#exit
    return code
  }

  get #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #order(method: NonNullable<FromParent['order']>['method'], runId = ''): void {
    this.#send({ order: { method, runId } })
  }

  #send(message: FromParent): void {
    if (this.#child.connected) this.#child.send(message)
  }
}
