import { BEHAVIOUR_KEYS, describeKey } from './behaviour.ts'

/** The answer to a directive with a mistake. It is an answer because the page shows answers, not HTTP errors. */
export function explainDirective(problem: string): string {
  const line = problem.slice(0, 500).replaceAll(/[`\s]+/g, ' ')
  return `I am Sluice’s simulator, and I do not understand the directive in your prompt:

\`${line}\`

A directive looks like \`[[sim tps=300 tokens=2000 fault=reset@40]]\`. These are the settings:

${BEHAVIOUR_KEYS.map((key) => `- \`${key}\`: ${describeKey(key)}`).join('\n')}`
}
