/** A move as far as going back needs it. */
export type Step = { readonly to_version: number; readonly is_rollback: number }

/**
 * The version that a rollback brings back: what the channel pointed to before what it points to now.
 *
 * Each move leads on, each rollback takes the last move back; so rollbacks in a row walk further and further back, and what was once
 * rolled back from never returns by another rollback. After 1, 2, 3, a rollback (2) and a move to 4, rollbacks lead to 2 and then to 1.
 *
 * @param moves - Every move of one channel, oldest first.
 */
export function versionBefore(moves: readonly Step[]): number | undefined {
  const path: number[] = []
  for (const { to_version, is_rollback } of moves) {
    if (is_rollback === 1) path.pop()
    else path.push(to_version)
  }
  return path.at(-2)
}
