import type { Approval } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Facts } from '../kernel/facts.tsx'

/** What was asked and what was answered. */
export function ApprovalFacts({ approval }: { readonly approval: Approval }) {
  const { isApproved, decidedAt, by, comment } = approval
  return (
    <Facts
      items={[
        ['Asked', approval.question],
        ['Answer', isApproved === undefined ? 'not yet' : isApproved ? 'approved' : 'refused'],
        ...(by ? [['By', by] as const] : []),
        ...(comment ? [['Comment', comment] as const] : []),
        ...(decidedAt ? [['When', <Ago key="at" at={decidedAt} />] as const] : []),
        ...(approval.approvers.length > 0 ? [['May decide', approval.approvers.join(', ')] as const] : []),
      ]}
    />
  )
}
