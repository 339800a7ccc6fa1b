import { archOf } from '@regia/engine'
import type { BundleContext } from '../bundle-target.ts'
import { USER_ID } from '../docker/dockerfile.ts'
import { dnsName, portOf, textSetting, wholeSetting } from '../settings.ts'
import { taskSize } from './task-size.ts'

/** What the files say of a model on Fargate. */
export type EcsModel = {
  readonly name: string
  readonly region: string
  readonly account: string
  readonly cluster: string
  readonly image: string
  readonly logGroup: string
  readonly tokenSecret: string
  readonly executionRole: string
}

/** @throws RegiaError `INVALID_INPUT` for a setting that Amazon would refuse. */
export function ecsModel(context: BundleContext): EcsModel {
  const { settings, model } = context
  const name = dnsName(context)
  const region = textSetting(settings, 'region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, such as eu-central-1')
  const account = textSetting(settings, 'account', /^\d{12}$/, 'an account of 12 digits')
  return {
    name,
    region,
    account,
    cluster: textSetting(settings, 'cluster', /^[a-zA-Z0-9_-]{1,255}$/, 'the name of a cluster'),
    image: `${account}.dkr.ecr.${region}.amazonaws.com/${name}:${model.version}`,
    logGroup: `/ecs/${name}`,
    tokenSecret: textSetting(settings, 'token-secret', /^(arn:aws[\w-]*:secretsmanager:\S+)?$/, 'the ARN of a secret'),
    executionRole: `${name}-execution`,
  }
}

/** Longer than the server takes to drain; Fargate allows 120. */
const STOP_SECONDS = 60

/** The input of `aws ecs register-task-definition`. */
export function taskDefinition(context: BundleContext, model: EcsModel) {
  const port = portOf(context)
  return {
    family: model.name,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    ...taskSize(context.settings),
    runtimePlatform: {
      operatingSystemFamily: 'LINUX',
      cpuArchitecture: archOf(context.platform) === 'x64' ? 'X86_64' : 'ARM64',
    },
    executionRoleArn: `arn:aws:iam::${model.account}:role/${model.executionRole}`,
    containerDefinitions: [
      {
        name: 'model',
        image: model.image,
        essential: true,
        user: `${USER_ID}:${USER_ID}`,
        readonlyRootFilesystem: true,
        portMappings: [{ name: 'http', containerPort: port, protocol: 'tcp', appProtocol: 'http' }],
        environment: [{ name: 'REGIA_PORT', value: String(port) }],
        ...(model.tokenSecret !== '' && { secrets: [{ name: 'REGIA_TOKEN', valueFrom: model.tokenSecret }] }),
        healthCheck: {
          command: ['CMD', 'node', 'healthcheck.mjs'],
          interval: 10,
          timeout: 5,
          retries: 3,
          startPeriod: 30,
        },
        stopTimeout: STOP_SECONDS,
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': model.logGroup,
            'awslogs-region': model.region,
            'awslogs-stream-prefix': String(context.model.version),
          },
        },
        dockerLabels: { 'dev.regia.package': context.model.digest },
      },
    ],
    tags: [{ key: 'regia:model', value: `${context.model.name}@${context.model.version}` }],
  }
}

/** The input of `aws ecs create-service`: a new version must be healthy before an old one goes, and one that never is goes back by itself. */
export function serviceDefinition(context: BundleContext, model: EcsModel) {
  const { settings } = context
  const targetGroup = textSetting(
    settings,
    'target-group',
    /^(arn:aws[\w-]*:elasticloadbalancing:\S+)?$/,
    'the ARN of a target group',
  )
  const balanced = {
    loadBalancers: [{ targetGroupArn: targetGroup, containerName: 'model', containerPort: portOf(context) }],
    healthCheckGracePeriodSeconds: 60,
  }
  return {
    cluster: model.cluster,
    serviceName: model.name,
    taskDefinition: model.name,
    desiredCount: wholeSetting(settings, 'count', 1, 1000),
    launchType: 'FARGATE',
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: listSetting(settings, 'subnets', /^subnet-[\w-]+$/),
        securityGroups: listSetting(settings, 'security-groups', /^sg-[\w-]+$/),
        assignPublicIp: 'DISABLED',
      },
    },
    deploymentConfiguration: {
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    },
    ...(targetGroup !== '' && balanced),
    enableECSManagedTags: true,
    propagateTags: 'TASK_DEFINITION',
  }
}

function listSetting(settings: BundleContext['settings'], name: string, pattern: RegExp): readonly string[] {
  const source = pattern.source.slice(1, -1)
  const whole = new RegExp(`^${source}(,${source})*$`)
  return textSetting(settings, name, whole, `like ${name === 'subnets' ? 'subnet-1,subnet-2' : 'sg-1,sg-2'}`).split(',')
}
