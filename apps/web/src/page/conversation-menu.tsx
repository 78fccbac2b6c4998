import { Menu } from '@base-ui/react/menu'
import { type ReactNode, useRef } from 'react'
import { useStore } from 'zustand'
import type { Models } from '../api.ts'
import type { Settings } from '../chat/settings.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'

const THEMES = [
  ['system', 'System theme'],
  ['light', 'Light theme'],
  ['dark', 'Dark theme'],
] as const

const ITEM =
  'flex cursor-pointer items-center justify-between gap-3 rounded-lg px-3 py-1.5 text-[0.9375rem] select-none data-disabled:cursor-default data-disabled:text-quiet not-data-disabled:data-highlighted:bg-sunk'

/** What can be done with the conversation, and the settings of the page. The page behind it stays usable. */
export function ConversationMenu(props: {
  isEmpty: boolean
  models: Models | undefined
  settings: Settings
  onExport: (format: 'markdown' | 'json') => void
  onRename: () => void
  onDelete: () => void
  onDeleteAll: () => void
}) {
  const { isEmpty, models, settings, onExport, onRename, onDelete, onDeleteAll } = props
  const {
    theme = 'system',
    figures = import.meta.env.DEV,
    onDisconnect = models?.onDisconnect[0],
  } = useStore(settings)
  // Beside its button, and not at the end of the page, where it would be in none of the page's landmarks.
  const place = useRef<HTMLDivElement>(null)
  const commands = [
    ['export-markdown', 'Export as Markdown', () => onExport('markdown')],
    ['export-json', 'Export as JSON', () => onExport('json')],
    ['rename-conversation', 'Rename', onRename],
    ['delete-conversation', 'Delete', onDelete],
  ] as const

  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        render={<IconButton icon="dots" label="Menu" className="size-9!" data-testid="conversation-menu" />}
        // By its click, at once. Base UI opens a menu in the frame after the press: until then, which is long on a
        // busy machine, Esc would not be the menu's, and would stop the answer.
        onPointerDown={leaveToClick}
        onMouseDown={leaveToClick}
      />
      <div ref={place} />
      <Menu.Portal container={place}>
        <Menu.Positioner align="end" sideOffset={4} className="z-10">
          <Menu.Popup className="grid min-w-52 rounded-card border border-line bg-raised p-1 text-ink shadow-lg outline-none">
            {commands.map(([testId, words, onPress]) => (
              <Menu.Item
                key={testId}
                data-testid={testId}
                disabled={isEmpty}
                onClick={onPress}
                className={ITEM}
              >
                {words}
              </Menu.Item>
            ))}
            <Separator />
            <Checkbox
              testId="show-figures"
              checked={figures}
              onChange={(on) => settings.setState({ figures: on })}
            >
              Show figures
            </Checkbox>
            {/* Answers that are asked for from now on. The server may leave no choice. */}
            {models && models.onDisconnect.length > 1 && (
              <Checkbox
                testId="finish-answers"
                checked={onDisconnect === 'continue'}
                onChange={(on) => settings.setState({ onDisconnect: on ? 'continue' : 'abort' })}
              >
                Finish answers in the background
              </Checkbox>
            )}
            <Separator />
            <Menu.LinkItem
              data-testid="export-all"
              href="/export.json"
              download
              closeOnClick
              className={ITEM}
            >
              Export all chats
            </Menu.LinkItem>
            <Menu.Item data-testid="delete-all" onClick={onDeleteAll} className={ITEM}>
              Delete all chats
            </Menu.Item>
            <Separator />
            <Menu.RadioGroup
              aria-label="Theme"
              value={theme}
              onValueChange={(value) => settings.setState({ theme: value })}
            >
              {THEMES.map(([value, words]) => (
                <Menu.RadioItem key={value} value={value} className={ITEM}>
                  {words}
                  <Menu.RadioItemIndicator render={<Icon name="check" />} />
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

function leaveToClick(event: { preventBaseUIHandler: () => void }) {
  event.preventBaseUIHandler()
}

function Checkbox(props: {
  checked: boolean
  onChange: (checked: boolean) => void
  testId: string
  children: ReactNode
}) {
  const { checked, onChange, testId, children } = props
  return (
    <Menu.CheckboxItem data-testid={testId} checked={checked} onCheckedChange={onChange} className={ITEM}>
      {children}
      <Menu.CheckboxItemIndicator render={<Icon name="check" />} />
    </Menu.CheckboxItem>
  )
}

function Separator() {
  return <Menu.Separator className="mx-2 my-1 h-px bg-line" />
}
