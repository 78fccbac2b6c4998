const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

export function errorTypeOf(status: number): string {
  return TYPE_BY_STATUS[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
}

/** Sent as the API's error JSON with this status. */
export class ApiError extends Error {
  readonly status: number
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  /** A fault, not the caller's mistake. */
  readonly simulated: boolean

  constructor(
    status: number,
    message: string,
    options: {
      type?: string | undefined
      headers?: Readonly<Record<string, string>>
      simulated?: boolean
    } = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.type = options.type ?? errorTypeOf(status)
    this.headers = options.headers ?? {}
    this.simulated = options.simulated ?? false
  }
}

export function invalidRequest(message: string): ApiError {
  return new ApiError(400, message)
}

export function errorBody(type: string, message: string, requestId: string) {
  return { type: 'error', error: { details: null, type, message }, request_id: requestId }
}
