import { createLowlight } from 'lowlight'
import { GRAMMARS } from './grammars.ts'
import { whileIdle } from './while-idle.ts'

const lowlight = createLowlight()
let registering: Promise<void> | undefined

/** To be awaited before `highlight`. Registers one per idle task: all at once would block a slow phone for 0.1 s. */
export function registerGrammars(): Promise<void> {
  const tasks = Object.entries(GRAMMARS).map(
    ([name, grammar]) =>
      () =>
        lowlight.register(name, grammar),
  )
  return (registering ??= whileIdle(tasks))
}

type Nodes = ReturnType<typeof lowlight.highlight>['children']

/** The code as coloured nodes, or as plain text if the language is not registered. */
export function highlight(text: string, language: string): (Node | string)[] {
  const name = language.toLowerCase()
  return lowlight.registered(name) ? toNodes(lowlight.highlight(name, text).children) : [text]
}

function toNodes(nodes: Nodes): (Node | string)[] {
  return nodes.map((node) => {
    if (node.type === 'text') return node.value
    if (node.type !== 'element') return ''
    const span = document.createElement('span')
    const className = node.properties['className']
    if (Array.isArray(className)) span.className = className.join(' ')
    span.append(...toNodes(node.children))
    return span
  })
}
