import { withoutDirectives } from '../chat/without-directives.ts'

/** What the simulator is asked for; an empty value asks for nothing. */
export interface SimulatorWish {
  readonly tps: string
  readonly tokens: string
  readonly thinking: string
  readonly fault: string
}

export const NO_WISH: SimulatorWish = { tps: '', tokens: '', thinking: '', fault: '' }

/** The prompt with the wish in it, in the place of an earlier one. */
export function withWish(prompt: string, wish: SimulatorWish): string {
  const words = withoutDirectives(prompt).trim()
  const pairs = Object.entries(wish).filter(([, value]) => value !== '')
  if (pairs.length === 0) return words
  const directive = `[[sim ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}]]`
  return `${words || 'Tell me about canal locks'} ${directive}`
}
