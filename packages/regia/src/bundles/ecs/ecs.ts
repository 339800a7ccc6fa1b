import { under } from '@regia/engine'
import type { BundleContext, BundleTarget } from '../bundle-target.ts'
import { dockerPlatform, IMAGE_SETTINGS, imageFiles } from '../docker/docker.ts'
import { fenced, readmeOf, SERVER_SETTINGS } from '../readme.ts'
import { portOf } from '../settings.ts'
import { executionPolicy, trustPolicy } from './role.ts'
import { type EcsModel, ecsModel, serviceDefinition, taskDefinition } from './task.ts'

/** The image, and what Amazon ECS is told to run it on Fargate. */
export const ecs: BundleTarget = {
  name: 'ecs',
  summary: 'the image with task, service and role for Amazon ECS on Fargate',
  settings: {
    ...IMAGE_SETTINGS,
    account: { description: 'account of 12 digits', default: '123456789012' },
    region: { description: 'region of Amazon Web Services', default: 'eu-central-1' },
    cluster: { description: 'cluster of ECS', default: 'default' },
    subnets: { description: 'private subnets, comma between them', default: 'subnet-1,subnet-2' },
    'security-groups': { description: 'security groups of the tasks, comma between them', default: 'sg-1' },
    'target-group': { description: 'ARN of a load balancer target group of type ip; none where empty', default: '' },
    'token-secret': { description: 'ARN of the secret with the token; none where empty', default: '' },
    cpu: { description: 'processor units: 256, 512, 1024 …', default: '512' },
    memory: { description: 'memory in MiB that fits the units', default: '1024' },
    count: { description: 'tasks', default: '2' },
  },
  write: async (context) => {
    const model = ecsModel(context)
    return [
      ...under('image', await imageFiles(context)),
      { path: 'task-definition.json', content: json(taskDefinition(context, model)) },
      { path: 'service.json', content: json(serviceDefinition(context, model)) },
      { path: 'execution-role-trust.json', content: json(trustPolicy(model)) },
      { path: 'execution-role-policy.json', content: json(executionPolicy(model)) },
      { path: 'README.md', content: readme(context, model) },
    ]
  },
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

function readme(context: BundleContext, model: EcsModel): string {
  const { name, region, account, cluster, image, logGroup, executionRole } = model
  const registry = `${account}.dkr.ecr.${region}.amazonaws.com`
  const port = portOf(context)
  return readmeOf(context, {
    is: 'A model for Amazon ECS on Fargate: an image in the making, and the task, service and role that run it.',
    files: {
      'image/': 'what the image is built of; see its Dockerfile',
      'task-definition.json': 'what a task is: image, size, health check, log',
      'service.json': 'how many run, in which subnets, and how they are replaced',
      'execution-role-*.json': 'who may take the role that starts tasks, and the little that it may do',
    },
    need: `Docker, the command line of AWS with credentials, a VPC with private subnets that reach ECR and CloudWatch Logs (a NAT gateway or VPC endpoints), and a security group that lets port ${port} in from whoever shall ask.

Account, region, subnets and groups stand in the files as they were given; give yours when the bundle is made:

${fenced('sh', `regia bundle ${context.model.name}@${context.model.version} --to ecs --out ${name}-ecs --set account=${account} --set region=${region} --set subnets=subnet-1,subnet-2 --set security-groups=sg-1`)}`,
    build: fenced(
      'sh',
      `aws ecr create-repository --region ${region} --repository-name ${name}
aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${registry}
docker build --platform ${dockerPlatform(context)} --tag ${image} image
docker push ${image}`,
    ),
    run: fenced(
      'sh',
      `aws logs create-log-group --region ${region} --log-group-name ${logGroup}
aws iam create-role --role-name ${executionRole} --assume-role-policy-document file://execution-role-trust.json
aws iam put-role-policy --role-name ${executionRole} --policy-name start-tasks --policy-document file://execution-role-policy.json
aws ecs create-cluster --region ${region} --cluster-name ${cluster}
aws ecs register-task-definition --region ${region} --cli-input-json file://task-definition.json
aws ecs create-service --region ${region} --cli-input-json file://service.json
aws ecs wait services-stable --region ${region} --cluster ${cluster} --services ${name}`,
    ),
    url: `http://ADDRESS:${port}`,
    settings: `ADDRESS is that of a load balancer (\`--set target-group=ARN\` puts the tasks behind one; its health check asks \`/v2/health/ready\`), or a task's own inside the VPC.

${SERVER_SETTINGS}

They belong into \`environment\` of \`task-definition.json\`. The token does not: keep it in Secrets Manager and make the bundle with \`--set token-secret=ARN\`. The server's log is in \`${logGroup}\`.`,
    update: `Make a bundle of the new version, build and push its image, then:

${fenced('sh', `aws ecs register-task-definition --region ${region} --cli-input-json file://task-definition.json\naws ecs update-service --region ${region} --cluster ${cluster} --service ${name} --task-definition ${name}\naws ecs wait services-stable --region ${region} --cluster ${cluster} --services ${name}`)}

New tasks must be healthy, which means that the model answered its own example, before old ones are stopped. If they never are, ECS goes back by itself.`,
    rollBack: `\`aws ecs list-task-definitions --region ${region} --family-prefix ${name}\` shows the revisions; take the one before:

${fenced('sh', `aws ecs update-service --region ${region} --cluster ${cluster} --service ${name} --task-definition ${name}:REVISION`)}`,
    remove: fenced(
      'sh',
      `aws ecs delete-service --region ${region} --cluster ${cluster} --service ${name} --force
aws ecr delete-repository --region ${region} --repository-name ${name} --force
aws logs delete-log-group --region ${region} --log-group-name ${logGroup}
aws iam delete-role-policy --role-name ${executionRole} --policy-name start-tasks
aws iam delete-role --role-name ${executionRole}`,
    ),
  })
}
