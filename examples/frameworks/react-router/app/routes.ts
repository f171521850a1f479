import { route } from '@react-router/dev/routes';

export default [route('api/inngest', 'routes/inngest.ts'), route('greet', 'routes/greet.ts')];
