import { acks } from './runs-contract/acks.ts'
import { closing } from './runs-contract/closing.ts'
import { ending } from './runs-contract/ending.ts'
import { contractOf, type CreateFleet } from './runs-contract/fleet.ts'
import { property } from './runs-contract/property.ts'
import { reading } from './runs-contract/reading.ts'
import { sharing } from './runs-contract/sharing.ts'
import { starting } from './runs-contract/starting.ts'

/**
 * The tests that `Runs` must pass on every `LiveStore`, registered with vitest under `name`: one instance for each store
 * of a fleet, with the same records and the same clock. Calls go to the instances in turn, except where a test says
 * which instance it means. `createFleet` is called for each test, and the fleet is closed after it.
 */
export function runsContract(name: string, createFleet: CreateFleet): void {
  const contract = contractOf(name, createFleet)
  for (const register of [starting, reading, acks, ending, closing, sharing, property]) register(contract)
}
