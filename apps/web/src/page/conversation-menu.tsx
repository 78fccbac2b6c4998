import { Menu } from '@base-ui/react/menu'
import { type ReactNode, useRef } from 'react'
import { useStore } from 'zustand'
import type { Models } from '../api.ts'
import type { Settings } from '../chat/settings.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { leaveToClick, MENU, MENU_ITEM, MENU_LINE } from '../ui/menu.ts'

const THEMES = [
  ['system', 'System theme'],
  ['light', 'Light theme'],
  ['dark', 'Dark theme'],
] as const

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
        onPointerDown={leaveToClick}
        onMouseDown={leaveToClick}
      />
      <div ref={place} />
      <Menu.Portal container={place}>
        <Menu.Positioner align="end" sideOffset={4} className="z-10">
          <Menu.Popup className={MENU}>
            {commands.map(([testId, words, onPress]) => (
              <Menu.Item
                key={testId}
                data-testid={testId}
                disabled={isEmpty}
                onClick={onPress}
                className={MENU_ITEM}
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
              className={MENU_ITEM}
            >
              Export all chats
            </Menu.LinkItem>
            <Menu.Item data-testid="delete-all" onClick={onDeleteAll} className={MENU_ITEM}>
              Delete all chats
            </Menu.Item>
            <Separator />
            <Menu.RadioGroup
              aria-label="Theme"
              value={theme}
              onValueChange={(value) => settings.setState({ theme: value })}
            >
              {THEMES.map(([value, words]) => (
                <Menu.RadioItem key={value} value={value} className={MENU_ITEM}>
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

function Checkbox(props: {
  checked: boolean
  onChange: (checked: boolean) => void
  testId: string
  children: ReactNode
}) {
  const { checked, onChange, testId, children } = props
  return (
    <Menu.CheckboxItem
      data-testid={testId}
      checked={checked}
      onCheckedChange={onChange}
      className={MENU_ITEM}
    >
      {children}
      <Menu.CheckboxItemIndicator render={<Icon name="check" />} />
    </Menu.CheckboxItem>
  )
}

function Separator() {
  return <Menu.Separator className={MENU_LINE} />
}
