export { type Claude, type ClaudeFailure, type ClaudeOptions, createClaude } from './claude.ts'
export { type ClaudeRequest, DEFAULT_MAX_TOKENS, type Effort } from './claude-request.ts'
export { budgetedUsd, worstCaseUsd } from './cost.ts'
export { DEFAULT_MODEL, findModel, type Model, MODELS } from './models.ts'
