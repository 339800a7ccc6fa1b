import type { EcsModel } from './task.ts'

/** Who may take the role: tasks of ECS in this account alone. */
export const trustPolicy = ({ account, region }: EcsModel) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:aws:ecs:${region}:${account}:*` },
      },
    },
  ],
})

/** What starting a task takes: this image, this log, this secret. The server itself gets no role, since it asks Amazon nothing. */
export const executionPolicy = (model: EcsModel) => ({
  Version: '2012-10-17',
  Statement: [
    // It has no resource: the token is for the whole registry of the account.
    { Sid: 'LogIn', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Sid: 'PullImage',
      Effect: 'Allow',
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Resource: `arn:aws:ecr:${model.region}:${model.account}:repository/${model.name}`,
    },
    {
      Sid: 'WriteLog',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: `arn:aws:logs:${model.region}:${model.account}:log-group:${model.logGroup}:*`,
    },
    ...(model.tokenSecret === ''
      ? []
      : [
          {
            Sid: 'ReadToken',
            Effect: 'Allow',
            Action: 'secretsmanager:GetSecretValue',
            Resource: model.tokenSecret,
          },
        ]),
  ],
})
