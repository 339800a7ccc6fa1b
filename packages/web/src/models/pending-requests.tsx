import type { AliasRequest } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { AliasTags } from './alias-tags.tsx'
import { DecideButtons } from './decide-buttons.tsx'
import classes from './models.module.css'
import { RequestedMove } from './requested-move.tsx'

/** What waits for somebody's approval. */
export const PendingRequests = ({ requests }: { readonly requests: readonly AliasRequest[] }) => (
  <Section title="Waiting for approval" note="moves of protected aliases">
    <Card>
      <ul className={classes.waiting}>
        {requests.map((request) => (
          <li key={request.id}>
            <Lamp health="attention" label="waits for approval" />
            <div>
              <AliasTags aliases={[request.alias]} /> <RequestedMove request={request} />
              <p>
                {request.requestedBy} asked <Ago at={request.requestedAt} />
                {request.reason && `: ${request.reason}`}
              </p>
            </div>
            <DecideButtons request={request} />
          </li>
        ))}
      </ul>
    </Card>
  </Section>
)
