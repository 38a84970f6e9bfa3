// A few named threads for work that must not run where it was asked for: encoding, hashing, files.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kolors {

// Thread-safe. Tasks start in the order they were scheduled. The destructor runs what is still
// queued, then joins. Tasks must not throw.
class ThreadPool {
 public:
  // name: at most 12 characters, shown by ps and top as "name/0", "name/1" …
  ThreadPool(const std::string& name, int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void Schedule(std::function<void()> task);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kolors
