import type { Product } from './product.ts'

/** Renames the product in a text or a path. */
export function rename(text: string, { name, scope, word, pascal }: Product): string {
  return text
    .replaceAll('@sluice', `@${scope}`)
    .replaceAll(/Sluice(?=[A-Z])/g, pascal)
    .replaceAll('Sluice', name)
    .replaceAll('SLUICE', word.toUpperCase())
    .replaceAll('sluice', word)
}
