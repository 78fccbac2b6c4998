import { expect, expectTypeOf, test } from 'vitest'
import { toolViewOf, toolViews } from './tool-views.ts'

test('a view has the types of its procedure, and only a procedure can have one', () => {
  type Rename = NonNullable<(typeof toolViews)['conversations.rename']>
  expectTypeOf<Parameters<Rename['title']>[0]>().toEqualTypeOf<{ conversationId: string; title: string }>()
  type Models = NonNullable<
    Parameters<NonNullable<(typeof toolViews)['models.list']>['Details'] & {}>[0]['output']
  >
  expectTypeOf<Models>().toHaveProperty('maxPromptChars').toEqualTypeOf<number>()
  // @ts-expect-error There is no such procedure.
  expect(toolViews['models.burn']).toBeUndefined()
})

test('a name that no procedure has is shown without a view', () => {
  expect(toolViewOf('constructor')).toBeUndefined()
})
