import { z } from 'zod';
import { languages } from '../core/index.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';
import { apiError } from './schemas.ts';

/**
 * The API as an OpenAPI 3.1 document, from the same schemas that check every request.
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  const components: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType) => jsonSchema(schema, components);
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route, schemaOf) };
  }
  paths['/v1/events'] = {
    get: {
      'summary':
        'What happens, as server-sent events: `status` (Status), `job` (Job), `scan` (Scan), with `panel` also `panel` (PanelView); the first is a status',
      'x-role': 'walk-up',
      'parameters': [
        { name: 'panel', in: 'query', required: false, schema: { type: 'string' }, description: 'Display: 20x4' },
      ],
      responses: { 200: { description: 'Stream', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
    },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'mfp-mail-agent', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { schemas: components },
  };
}

function operation(route: Route, schemaOf: (schema: z.ZodType) => Record<string, unknown>): Record<string, unknown> {
  const pathParameters = [...route.path.matchAll(/:(\w+)/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = route.query ? (schemaOf(route.query)['properties'] as Record<string, unknown>) : {};
  if (route.speaks === true)
    query['language'] = { enum: languages, description: "Else Accept-Language, else the device's" };
  const queryParameters = Object.entries(query).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
  const headerParameters = Object.entries(route.headers ?? {}).map(([name, schema]) => ({
    name,
    in: 'header',
    required: false,
    schema: schemaOf(schema),
  }));
  const { octets } = route;
  return {
    summary: route.summary,
    'x-role': route.role,
    ...(route.doors ? { 'x-doors': route.doors } : {}),
    parameters: [...pathParameters, ...queryParameters, ...headerParameters],
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } } }
      : {}),
    ...(octets
      ? { requestBody: { required: true, content: { [octets.mediaType]: { schema: schemaOf(octets.schema) } } } }
      : {}),
    responses: {
      [route.status]: route.reply
        ? { description: 'Done', content: { 'application/json': { schema: schemaOf(route.reply) } } }
        : { description: route.status === 204 ? 'Done' : 'Text' },
      default: { description: 'Refused', content: { 'application/json': { schema: schemaOf(apiError) } } },
    },
  };
}

/** One schema; those with a name of their own (`meta({ id })`) go to `components` and are referred to. */
function jsonSchema(schema: z.ZodType, components: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).replaceAll(
    '"#/$defs/',
    '"#/components/schemas/',
  );
  const { $schema: _, $defs, ...rest } = JSON.parse(text) as { $schema?: string; $defs?: Record<string, unknown> };
  Object.assign(components, $defs);
  return rest;
}
