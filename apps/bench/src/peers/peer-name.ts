export const PEER_NAMES = ['raw', 'article', 'ai-sdk', 'trpc-per-token', 'sluice'] as const
export type PeerName = (typeof PEER_NAMES)[number]
