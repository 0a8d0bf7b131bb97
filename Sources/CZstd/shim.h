// ZSTD_getFrameHeader, which tells a frame's window, is declared only for programs that link zstd statically.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>
