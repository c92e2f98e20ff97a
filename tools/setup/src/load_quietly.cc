/*
 * Loads a shared library with standard error turned off meanwhile. TensorFlow prints notices as it is loaded, before it
 * reads the level at which it is asked to log; whoever trains a head has no use for them.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdio.h>
#include <unistd.h>

#define LONGEST_PATH 4096

/* load(path): throws what the loader says. The library stays loaded. */
static napi_value load(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  char path[LONGEST_PATH];
  size_t length;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, path, sizeof path, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "load takes the path of a library");
    return NULL;
  }
  fflush(stderr);
  int kept = dup(STDERR_FILENO);
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (kept >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  void *library = dlopen(path, RTLD_LAZY);
  fflush(stderr);
  if (kept >= 0) {
    dup2(kept, STDERR_FILENO);
    close(kept);
  }
  if (nowhere >= 0) close(nowhere);
  if (library == NULL) napi_throw_error(env, NULL, dlerror());
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "load", NAPI_AUTO_LENGTH, load, NULL, &function) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "load", function) != napi_ok) return NULL;
  return exports;
}
