const MODELS = [
  ['claude-opus-5-5', 'Claude Opus 5.5'],
  ['claude-opus-4-8', 'Claude Opus 4.8'],
  ['claude-sonnet-5-5', 'Claude Sonnet 5.5'],
  ['claude-haiku-5-5', 'Claude Haiku 5.5'],
  ['claude-fable-5-2', 'Claude Fable 5.2'],
] as const

/** `GET /v1/models`: some names to choose from. Any id that starts with `claude-` is answered. */
export function listModels() {
  return {
    data: MODELS.map(([id, name]) => ({
      type: 'model',
      id,
      display_name: `${name} (simulated)`,
      created_at: '1970-01-01T00:00:00Z',
      lifecycle: 'active',
      line: null,
      capabilities: null,
      max_input_tokens: null,
      max_tokens: null,
      deprecated_at: null,
      retires_at: null,
    })),
    has_more: false,
    first_id: MODELS[0][0],
    last_id: MODELS[4][0],
  }
}
