import { userInfo } from 'node:os'

/** Who the process runs as; some containers have a user id without a name. */
export function findOperator(): string {
  try {
    return userInfo().username
  } catch {
    return 'operator'
  }
}
