import { Menu, MenuItem } from '../ui/menu.tsx'

export function ConversationMenu(props: {
  isEmpty: boolean
  onExport: (format: 'markdown' | 'json') => void
  onDelete: () => void
}) {
  const { isEmpty, onExport, onDelete } = props

  return (
    <Menu label="This conversation" testId="conversation-menu">
      <MenuItem testId="export-markdown" disabled={isEmpty} onPress={() => onExport('markdown')}>
        Export as Markdown
      </MenuItem>
      <MenuItem testId="export-json" disabled={isEmpty} onPress={() => onExport('json')}>
        Export as JSON
      </MenuItem>
      <MenuItem testId="delete-conversation" disabled={isEmpty} onPress={onDelete}>
        Delete…
      </MenuItem>
    </Menu>
  )
}
