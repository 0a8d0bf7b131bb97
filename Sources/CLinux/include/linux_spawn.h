// posix_spawn(3) actions that glibc hides without _GNU_SOURCE.
#ifndef MARTLET_LINUX_SPAWN_H
#define MARTLET_LINUX_SPAWN_H

#include <spawn.h>

int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

// Closes every descriptor from `first` on in the child: glibc 2.34.
static inline int martlet_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

#endif
