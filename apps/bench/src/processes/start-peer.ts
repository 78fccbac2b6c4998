import { fileURLToPath } from 'node:url'
import type { PeerName } from '../peers/peer-name.ts'
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
  /** Where CPU profiles go; undefined: none are taken. */
  readonly profileDir?: string | undefined
}

/** One by one, so that tools which follow files find them. */
const SCRIPTS: Readonly<Record<Exclude<PeerName, 'sluice'>, string>> = {
  raw: fileURLToPath(import.meta.resolve('../peers/raw.ts')),
  article: fileURLToPath(import.meta.resolve('../peers/article.ts')),
  'ai-sdk': fileURLToPath(import.meta.resolve('../peers/ai-sdk.ts')),
  'trpc-per-token': fileURLToPath(import.meta.resolve('../peers/trpc-per-token.ts')),
}
const PROBE = import.meta.resolve('./probe.ts')

/** All the load comes from one address, and is charged to one budget. */
const ONE_ADDRESS = {
  STARTS_PER_MINUTE_PER_IP: '1000000',
  MAX_RUNS_PER_IP: '1000000',
  MAX_STREAMS_PER_IP: '1000000',
  REQUESTS_PER_MINUTE_PER_IP: '1000000000',
  DAILY_USD: '1000000000',
}

/** Starts a fresh server of a peer with its default settings, except for the upstream and these limits. */
export async function startPeer(
  name: PeerName,
  { upstreamUrl, sluiceMain, profileDir }: PeerOptions,
): Promise<Peer> {
  const profile =
    profileDir === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`]
  const { child, url, stop } = await startProcess({
    name,
    script: name === 'sluice' ? sluiceMain : SCRIPTS[name],
    nodeArgs: ['--import', PROBE, '--expose-gc', ...profile],
    env:
      name === 'sluice'
        ? { PORT: '0', ANTHROPIC_API_KEY: 'bench', ANTHROPIC_BASE_URL: upstreamUrl, ...ONE_ADDRESS }
        : { UPSTREAM_URL: upstreamUrl },
  })
  return { name, url, probe: remote<Probe>(child, name), stop, [Symbol.asyncDispose]: stop }
}
