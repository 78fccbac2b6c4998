/**
 * `pnpm gen feature` and `pnpm gen tool`: they write what an answer that streams, or a tool of Claude's, needs in the
 * server and in the page, with its test, and add it to the lists there.
 *
 * `feature.ts` and `tool.ts` say what is written, `templates` has the files. `changes.ts` writes all of it or nothing, and
 * `insert.ts` finds the places in the lists. `names.ts` checks what things may be called.
 */
import { Changes } from './changes.ts'
import { addFeature, type FeatureAnswers } from './feature.ts'
import { checkFeatureName, checkSentence, checkToolName } from './names.ts'
import type { Plop } from './plop.ts'
import { addTool, type ToolAnswers } from './tool.ts'

export default function config(plop: Plop): void {
  const root = plop.getDestBasePath()
  const changes = () => new Changes(root, (template, data) => plop.renderString(template, data))

  plop.setGenerator('feature', {
    description: 'one answer of Claude that streams: procedure, test, hook and page',
    prompts: [
      {
        type: 'input',
        name: 'name',
        message: 'What is it called? For example: summarize',
        validate: (name) => checkFeatureName(root, name),
      },
      {
        type: 'input',
        name: 'what',
        message: 'What should Claude do with the text? For example: Sum up the text in three sentences.',
        validate: checkSentence,
      },
    ],
    actions: [(answers: FeatureAnswers) => addFeature(changes(), answers)],
  })

  plop.setGenerator('tool', {
    description: 'a procedure that Claude may call: procedure, test and view',
    prompts: [
      {
        type: 'input',
        name: 'name',
        message: 'What is it called? For example: weather.forecast',
        validate: (name) => checkToolName(root, name),
      },
      {
        type: 'input',
        name: 'what',
        message:
          'What does Claude read about it? For example: Tells the weather of the next days at a place.',
        validate: checkSentence,
      },
      {
        type: 'list',
        name: 'type',
        message: 'What is it?',
        choices: [
          { name: 'query: changes nothing and tells nobody, and runs at once', value: 'query' },
          { name: 'mutation: asks the person first', value: 'mutation' },
        ],
      },
    ],
    actions: [(answers: ToolAnswers) => addTool(changes(), answers)],
  })
}
