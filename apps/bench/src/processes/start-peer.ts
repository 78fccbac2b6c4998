import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PeerName } from '../peers/peer-name.ts'
import { ONE_ADDRESS } from './one-address.ts'
import type { Probe } from './probe.ts'
import { type Remote, remote } from './rpc.ts'
import { startProcess } from './start-process.ts'

export interface Peer extends AsyncDisposable {
  readonly name: PeerName
  readonly url: string
  readonly probe: Remote<Probe>
  readonly stop: () => Promise<void>
}

export interface PeerOptions {
  readonly upstreamUrl: string
  /** The built server of Sluice. */
  readonly sluiceMain: string
  /** The folder for CPU profiles. Default: no profiles. */
  readonly profileDir?: string | undefined
  /** More settings of Sluice, or others. */
  readonly env?: Readonly<Record<string, string>>
}

/** Spelled out, so that knip finds the files. */
const SCRIPTS: Readonly<Record<Exclude<PeerName, 'sluice'>, string>> = {
  raw: fileURLToPath(import.meta.resolve('../peers/raw.ts')),
  article: fileURLToPath(import.meta.resolve('../peers/article.ts')),
  'ai-sdk': fileURLToPath(import.meta.resolve('../peers/ai-sdk.ts')),
  'trpc-per-token': fileURLToPath(import.meta.resolve('../peers/trpc-per-token.ts')),
}
const PROBE = import.meta.resolve('./probe.ts')

/**
 * Starts a fresh server of a peer with its default settings, except for the upstream and these limits. Sluice keeps its
 * answers in the database of `DATABASE_URL`, by default a new embedded one.
 */
export async function startPeer(
  name: PeerName,
  { upstreamUrl, sluiceMain, profileDir, env = {} }: PeerOptions,
): Promise<Peer> {
  const profile =
    profileDir === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`]
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
  const database = {
    SESSION_SECRET: 'the session secret of the benchmark',
    DATABASE_URL: process.env['DATABASE_URL'] ?? `pglite:${join(folder, 'database')}`,
  }
  const readyWhen = ['the database is open', ...(env['REDIS_URL'] ? ['redis is connected'] : [])]
  const started = await startProcess({
    name,
    script: name === 'sluice' ? sluiceMain : SCRIPTS[name],
    nodeArgs: ['--import', PROBE, '--expose-gc', ...profile],
    readyWhen: name === 'sluice' ? readyWhen : [],
    env:
      name === 'sluice'
        ? {
            PORT: '0',
            ANTHROPIC_API_KEY: 'bench',
            ANTHROPIC_BASE_URL: upstreamUrl,
            ...database,
            ...ONE_ADDRESS,
            ...env,
          }
        : { UPSTREAM_URL: upstreamUrl },
  })
  const { child, url } = started
  const stop = async () => {
    await started.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { name, url, probe: remote<Probe>(child, name), stop, [Symbol.asyncDispose]: stop }
}
