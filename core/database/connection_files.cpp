// The part of a connection that reads SQLite's own files: the database, its log and the log's index.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <array>
#include <cstring>
#include <vector>

#include "core/database/connection.h"
#include "core/database/log_checksum.h"

namespace copybench {

bool DatabaseConnection::has_moved() {
  int moved = 0;
  const int code = sqlite3_file_control(database_->getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (code != SQLITE_OK) throw SQLite::Exception(database_->getHandle(), code);
  return moved != 0;
}

std::string DatabaseConnection::database_header() { return header(SQLITE_FCNTL_FILE_POINTER, 100); }

std::string DatabaseConnection::log_header() { return header(SQLITE_FCNTL_JOURNAL_POINTER, 32); }

sqlite3_file* DatabaseConnection::file_of(int which_file) {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(database_->getHandle(), "main", which_file, &file);
  if (code != SQLITE_OK) throw SQLite::Exception(database_->getHandle(), code);
  return file == nullptr || file->pMethods == nullptr ? nullptr : file;
}

// Reads through SQLite's own descriptor: closing another one would drop its locks (fcntl(2)).
std::string DatabaseConnection::header(int which_file, int bytes) {
  sqlite3_file* const file = file_of(which_file);
  if (file == nullptr) return {};
  std::string header(static_cast<size_t>(bytes), '\0');
  const int code = file->pMethods->xRead(file, header.data(), bytes, 0);
  if (code == SQLITE_IOERR_SHORT_READ) return {};
  if (code != SQLITE_OK) throw SQLite::Exception("its first bytes cannot be read", code);
  return header;
}

// The header of the index, as described in https://sqlite.org/walformat.html (2.1). It is stored twice, so that a reader
// detects a concurrent change. Numbers are in the machine's byte order; the salts are as in the log.
std::optional<DatabaseConnection::LogIndex> DatabaseConnection::log_index() {
  constexpr int kRegion = 32 * 1024;
  constexpr size_t kHeader = 48, kInitialized = 12, kPageBytes = 14, kFrames = 16, kSalts = 32, kSaltBytes = 8;
  constexpr int64_t kLogHeader = 32, kFrameHeader = 24;
  sqlite3_file* const file = file_of(SQLITE_FCNTL_FILE_POINTER);
  if (file == nullptr || file->pMethods->iVersion < 2) return std::nullopt;
  volatile void* region = nullptr;
  const int code = file->pMethods->xShmMap(file, 0, kRegion, 0, &region);
  if (code != SQLITE_OK) throw SQLite::Exception("its index cannot be read", code);
  if (region == nullptr) return std::nullopt;
  // A writer changes the second copy first; a reader reads the first copy first (walIndexTryHdr in SQLite's wal.c).
  std::array<char, kHeader> first{}, second{};
  const char* const bytes = static_cast<const char*>(const_cast<const void*>(region));
  std::memcpy(first.data(), bytes, kHeader);
  file->pMethods->xShmBarrier(file);
  std::memcpy(second.data(), bytes + kHeader, kHeader);
  if (first != second || first[kInitialized] == 0) return std::nullopt;
  uint16_t page_bytes = 0;
  uint32_t frames = 0;
  std::memcpy(&page_bytes, &first[kPageBytes], sizeof page_bytes);
  std::memcpy(&frames, &first[kFrames], sizeof frames);
  const int64_t page = page_bytes == 1 ? 65536 : page_bytes;
  return LogIndex{std::string(&first[kSalts], kSaltBytes), frames == 0 ? 0 : kLogHeader + frames * (kFrameHeader + page)};
}

bool DatabaseConnection::log_checksums_hold() {
  constexpr uint32_t kLittleEndian = 0x377f0682, kBigEndian = 0x377f0683;
  constexpr int kHeader = 32, kFrameHeader = 24;
  constexpr int64_t kMostLogBytes = 4 << 20;
  const auto index = log_index();
  sqlite3_file* const file = file_of(SQLITE_FCNTL_JOURNAL_POINTER);
  if (!index || index->log_bytes == 0 || file == nullptr) return true;
  const auto read = [&](std::vector<char>& into, int64_t from) {
    const int code = file->pMethods->xRead(file, into.data(), static_cast<int>(into.size()), from);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) throw SQLite::Exception("its log cannot be read", code);
    return code == SQLITE_OK;
  };
  std::vector<char> header(kHeader);
  if (!read(header, 0)) return false;
  const uint32_t magic = LogChecksum::word(header.data());
  const uint32_t page_bytes = LogChecksum::word(&header[8]);
  // Another process has started the log anew since the index was read.
  if (std::string(&header[16], 8) != index->salts) return true;
  if ((magic != kLittleEndian && magic != kBigEndian) || page_bytes < 512 || page_bytes > 65536) return false;
  LogChecksum checksum(magic == kBigEndian);
  checksum.add(header.data(), 24);
  if (!checksum.is(&header[24])) return false;
  std::vector<char> frame(kFrameHeader + page_bytes);
  const auto frame_bytes = static_cast<int64_t>(frame.size());
  int64_t at = kHeader;
  if (index->log_bytes > kMostLogBytes) {  // a reader keeps it from being emptied
    at += (index->log_bytes - kHeader - kMostLogBytes) / frame_bytes * frame_bytes;
    if (!read(frame, at)) return false;
    checksum.start_from(&frame[16]);
    at += frame_bytes;
  }
  for (; at < index->log_bytes; at += frame_bytes) {
    if (!read(frame, at)) return false;
    checksum.add(frame.data(), 8);
    checksum.add(&frame[kFrameHeader], page_bytes);
    if (std::string(&frame[8], 8) != index->salts || !checksum.is(&frame[16])) return false;
  }
  return true;
}

}  // namespace copybench
