import { DIRECTIVE, withoutDirectives } from '../chat/without-directives.ts'

/** The settings with these keys in the prompt's directive, as they stand there: `tps=300`. Empty: none of them. */
export function settingsIn(prompt: string, keys: readonly string[]): string {
  const settings = parse(prompt)
  return join(keys.map((key) => settings.get(key) ?? ''))
}

/** The prompt with `settings` in the place of all that its directive had for these keys. The rest of it stays. */
export function withSettings(prompt: string, keys: readonly string[], settings: string): string {
  const kept = parse(prompt)
  for (const key of keys) kept.delete(key)
  const controls = join([...kept.values(), settings])
  const words = withoutDirectives(prompt).trim()
  return controls === '' ? words : `${words || 'Tell me about canal locks'} [[sim ${controls}]]`
}

/** Each setting of a prompt by its key. Of two with the same key the later one counts, as for the simulator. */
function parse(prompt: string): Map<string, string> {
  const controls = Array.from(prompt.matchAll(DIRECTIVE), ([, found = '']) => found).join(' ')
  const settings = controls.match(/(?:'[^']*'|[^\s,'])+/g) ?? []
  return new Map(settings.map((setting) => [setting.split('=', 1)[0] ?? '', setting]))
}

function join(settings: readonly string[]): string {
  return settings.filter((setting) => setting !== '').join(' ')
}
