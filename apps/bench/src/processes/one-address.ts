/** Limits of Sluice's server: all the load comes from one address, and is charged to one budget. */
export const ONE_ADDRESS = {
  STARTS_PER_MINUTE_PER_IP: '1000000',
  MAX_RUNS_PER_IP: '1000000',
  MAX_STREAMS_PER_IP: '1000000',
  REQUESTS_PER_MINUTE_PER_IP: '1000000000',
  DAILY_USD: '1000000000',
}
