/**
 * Sees every gRPC call that this process makes, with its messages, whichever client makes it: Firestore's
 * and Pub/Sub's own libraries, without their knowledge and whenever they were loaded.
 */
import * as grpc from "@grpc/grpc-js";

/** A call that begins. */
export interface GrpcCall {
  /** The method's name, such as `RunQuery` or `Commit`. */
  readonly method: string;
  /** Service and method, such as `/google.firestore.v1.Firestore/RunQuery`. */
  readonly path: string;
  /** The request, decoded. None of the methods that matter here sends more than one. */
  readonly request: unknown;
}

/** What becomes of a call. */
export interface GrpcObserver {
  /** Each response, decoded: one of a unary call, any number of a stream. */
  onResponse?(response: unknown): void;
  /** @param code the gRPC status, 0 for OK */
  onEnd?(code: number): void;
}

/** The two methods through which grpc-js passes the options of every call. */
interface Internals {
  checkOptionalUnaryResponseArguments: ReadOptions;
  checkMetadataAndOptions: ReadOptions;
}
type ReadOptions = (this: unknown, ...args: unknown[]) => { options: grpc.CallOptions };

/**
 * Calls `onCall` for every gRPC call from now on.
 *
 * Clients keep the request functions that they found when they were made, so it is of no use to replace
 * those. The methods that read a call's options are looked up each time; there an interceptor is added,
 * which is public API.
 *
 * @returns undoes it
 */
export function tapGrpc(onCall: (call: GrpcCall) => GrpcObserver | undefined): () => void {
  const prototype = grpc.Client.prototype as unknown as Internals;
  const { checkOptionalUnaryResponseArguments, checkMetadataAndOptions } = prototype;
  const interceptor = makeInterceptor(onCall);
  const add = <T extends { options: grpc.CallOptions }>(checked: T): T => ({
    ...checked,
    options: {
      ...checked.options,
      interceptors: [...(checked.options.interceptors ?? []), interceptor],
    },
  });
  prototype.checkOptionalUnaryResponseArguments = function (...args) {
    return add(checkOptionalUnaryResponseArguments.apply(this, args));
  };
  prototype.checkMetadataAndOptions = function (...args) {
    return add(checkMetadataAndOptions.apply(this, args));
  };
  return () => {
    Object.assign(prototype, { checkOptionalUnaryResponseArguments, checkMetadataAndOptions });
  };
}

function makeInterceptor(onCall: (call: GrpcCall) => GrpcObserver | undefined): grpc.Interceptor {
  return (options, nextCall) => {
    const { path } = options.method_definition;
    const method = path.slice(path.lastIndexOf("/") + 1);
    let observer: GrpcObserver | undefined;
    const listener: grpc.Listener = {
      onReceiveMessage(message: unknown, next: (message: unknown) => void) {
        observer?.onResponse?.(message);
        next(message);
      },
      onReceiveStatus(status, next) {
        observer?.onEnd?.(status.code);
        next(status);
      },
    };
    return new grpc.InterceptingCall(nextCall(options), {
      start(metadata, _listener, next) {
        next(metadata, listener);
      },
      sendMessage(message: unknown, next: (message: unknown) => void) {
        observer = onCall({ method, path, request: message });
        next(message);
      },
    });
  };
}
