import { Mark } from './mark.tsx'

interface ModelsInUse {
  simulator: boolean
  defaultModel: string
  models: readonly { id: string; name: string }[]
}

export function Header(props: {
  models: ModelsInUse | undefined
  canStartOver: boolean
  onNewChat: () => void
}) {
  const { models, canStartOver, onNewChat } = props
  const model = models?.models.find(({ id }) => id === models.defaultModel)?.name ?? models?.defaultModel

  return (
    <header className="header">
      <Mark />
      <h1>Sluice</h1>
      {model && <span className="model">{model}</span>}
      {models?.simulator && (
        <span className="simulator" data-testid="simulator-note" title="Set ANTHROPIC_API_KEY to ask Claude">
          <span className="simulator-dot" aria-hidden="true" />
          <span>
            Simulator<span className="wide-only">: no API key set</span>
          </span>
        </span>
      )}
      <button
        type="button"
        className="button new-chat"
        data-testid="new-chat"
        aria-label="New chat"
        disabled={!canStartOver}
        onClick={onNewChat}
      >
        New<span className="wide-only"> chat</span>
      </button>
    </header>
  )
}
