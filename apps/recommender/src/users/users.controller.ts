import { catalogIdSchema, userProfileSchema, type UserProfile } from '@attune/contracts';
import { ApiRoute, ZodPath } from '@attune/service-kit';
import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { z } from 'zod';
import { UserService } from './user-service';

const userPathSchema = z.object({ id: catalogIdSchema });
type UserPath = z.infer<typeof userPathSchema>;

/** The people for whom items are ranked. */
@Controller('/v1/users')
export class UsersController {
  constructor(private readonly users: UserService) {}

  @Get(':id')
  @ApiRoute({
    summary: 'What is known of a user',
    scope: 'read',
    responses: { 200: { description: 'The user', schema: userProfileSchema } },
    problems: ['not-found'],
    parameters: { id: 'reader-12' },
  })
  getUser(@ZodPath(userPathSchema) { id }: UserPath): Promise<UserProfile> {
    return this.users.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiRoute({
    summary: 'Delete a user with all that came from it',
    description: 'Events, lists and what they added to the popularity of items. One of whom nothing is known is deleted already.',
    scope: 'write',
    responses: { 204: { description: 'Deleted' } },
    parameters: { id: 'reader-12' },
  })
  async deleteUser(@ZodPath(userPathSchema) { id }: UserPath): Promise<void> {
    await this.users.delete(id);
  }
}
