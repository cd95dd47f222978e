/** The port to memory for bytes that are read only to be sent. */
export interface SendBuffers {
  /**
   * So many bytes, with whatever was there before. They are the caller's until one array over them is handed to
   * `Socket.write`: when that is sent they are used again, so nobody may look at them any more. Bytes that are not
   * sent are left to the garbage collector.
   */
  take(length: number): Uint8Array;
}
